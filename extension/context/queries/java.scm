; What is defined.
(class_declaration name: (identifier) @name body: (_) @body) @class
(record_declaration name: (identifier) @name parameters: (formal_parameters) @parameters body: (_) @body) @class
(interface_declaration name: (identifier) @name body: (_) @body) @interface
(annotation_type_declaration name: (identifier) @name body: (_) @body) @interface
(enum_declaration name: (identifier) @name body: (_) @body) @enum
(method_declaration name: (identifier) @name parameters: (formal_parameters) @parameters body: (_)? @body) @method
(constructor_declaration name: (identifier) @name parameters: (formal_parameters) @parameters body: (_) @body) @method
(compact_constructor_declaration name: (identifier) @name body: (_) @body) @method
(annotation_type_element_declaration name: (identifier) @name) @method
(enum_constant name: (identifier) @name) @constant
(constant_declaration declarator: (variable_declarator name: (identifier) @name)) @constant
(field_declaration (modifiers "static") declarator: (variable_declarator name: (identifier) @name)) @constant
(field_declaration declarator: (variable_declarator name: (identifier) @name)) @field
(record_declaration parameters: (formal_parameters (formal_parameter name: (identifier) @name) @field))

; What is used.
(identifier) @reference
(type_identifier) @reference
(method_invocation name: (identifier) @member)
(field_access field: (identifier) @member)

; Names that belong to one method.
(formal_parameter name: (identifier) @local)
(spread_parameter (variable_declarator name: (identifier) @local))
(local_variable_declaration declarator: (variable_declarator name: (identifier) @local))
(lambda_expression parameters: (identifier) @local)
(inferred_parameters (identifier) @local)
(enhanced_for_statement name: (identifier) @local)
(catch_formal_parameter name: (identifier) @local)
(type_parameter (type_identifier) @local)

; What is imported.
(import_declaration (_) @source) @import

; Tests.
((marker_annotation name: (identifier) @test) (#any-of? @test "Test" "ParameterizedTest" "RepeatedTest"))
((annotation name: (identifier) @test) (#any-of? @test "Test" "ParameterizedTest" "RepeatedTest"))

(line_comment) @doc
(block_comment) @doc
