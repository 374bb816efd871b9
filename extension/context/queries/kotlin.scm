; What is defined.
(class_declaration (type_identifier) @name (enum_class_body) @body) @enum
(class_declaration "interface" (type_identifier) @name (class_body)? @body) @interface
(class_declaration "class" (type_identifier) @name (class_body)? @body) @class
(object_declaration (type_identifier) @name (class_body)? @body) @class
(type_alias (type_identifier) @name) @type
(function_declaration (simple_identifier) @name (function_value_parameters) @parameters (function_body)? @body) @function
(property_declaration (variable_declaration (simple_identifier) @name)) @variable
(class_parameter (binding_pattern_kind) (simple_identifier) @name) @field
(enum_entry (simple_identifier) @name) @constant

; What is used.
(simple_identifier) @reference
(type_identifier) @reference
(navigation_suffix (simple_identifier) @member)

; Names that belong to one function.
(parameter . (simple_identifier) @local)
(lambda_parameters (variable_declaration (simple_identifier) @local))
(for_statement (variable_declaration (simple_identifier) @local))

; What is imported.
(import_header (identifier) @source) @import

; Tests.
((annotation (user_type (type_identifier) @test)) (#any-of? @test "Test" "ParameterizedTest" "RepeatedTest"))

(line_comment) @doc
(multiline_comment) @doc
