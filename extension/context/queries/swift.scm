; What is defined.
(class_declaration name: (type_identifier) @name body: (enum_class_body) @body) @enum
(class_declaration name: (type_identifier) @name body: (class_body) @body) @class
(class_declaration name: (user_type (type_identifier) @name .) body: (_) @body) @class
(protocol_declaration name: (type_identifier) @name body: (_) @body) @interface
(typealias_declaration name: (type_identifier) @name) @type
(function_declaration name: (simple_identifier) @name body: (_)? @body) @function
(protocol_function_declaration name: (simple_identifier) @name) @method
(function_declaration "init" @name body: (_)? @body) @method
(property_declaration name: (pattern bound_identifier: (simple_identifier) @name)) @variable
(protocol_property_declaration name: (pattern bound_identifier: (simple_identifier) @name)) @field
(enum_entry name: (simple_identifier) @name) @constant

; What is used.
(simple_identifier) @reference
(type_identifier) @reference
(navigation_suffix suffix: (simple_identifier) @member)

; Names that belong to one function.
(parameter name: (simple_identifier) @local)
(lambda_parameter name: (simple_identifier) @local)
(for_statement item: (pattern bound_identifier: (simple_identifier) @local))

; What is imported.
(import_declaration (identifier) @source) @import

; Tests.
((function_declaration name: (simple_identifier) @test) (#match? @test "^test"))

(comment) @doc
(multiline_comment) @doc
