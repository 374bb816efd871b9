; What is defined.
(class_declaration name: (identifier) @name body: (_)? @body) @class
(struct_declaration name: (identifier) @name body: (_)? @body) @class
(record_declaration name: (identifier) @name body: (_)? @body) @class
(interface_declaration name: (identifier) @name body: (_)? @body) @interface
(enum_declaration name: (identifier) @name body: (_)? @body) @enum
(delegate_declaration name: (identifier) @name parameters: (parameter_list) @parameters) @type
(namespace_declaration name: (_) @name body: (_) @body) @module
(method_declaration name: (identifier) @name parameters: (parameter_list) @parameters body: (_)? @body) @method
(constructor_declaration name: (identifier) @name parameters: (parameter_list) @parameters body: (_)? @body) @method
(local_function_statement name: (identifier) @name parameters: (parameter_list) @parameters body: (_)? @body) @function
(property_declaration name: (identifier) @name accessors: (_)? @body) @field
(field_declaration (modifier "const") (variable_declaration (variable_declarator name: (identifier) @name))) @constant
(field_declaration (modifier "static") (variable_declaration (variable_declarator name: (identifier) @name))) @constant
(field_declaration (variable_declaration (variable_declarator name: (identifier) @name))) @field
(event_field_declaration (variable_declaration (variable_declarator name: (identifier) @name))) @field
(event_declaration name: (identifier) @name accessors: (_)? @body) @field
(record_declaration (parameter_list (parameter name: (identifier) @name) @field))
(enum_member_declaration name: (identifier) @name) @constant
(conversion_operator_declaration parameters: (parameter_list) @parameters body: (_)? @body) @name @method
(operator_declaration parameters: (parameter_list) @parameters body: (_)? @body) @name @method
(indexer_declaration "this" @name) @field
(destructor_declaration name: (identifier) @name parameters: (parameter_list) @parameters body: (_)? @body) @method

; What is used.
(identifier) @reference
(member_access_expression name: (identifier) @member)
(member_binding_expression name: (identifier) @member)

; Names that belong to one method.
(parameter name: (identifier) @local)
(lambda_expression parameters: (implicit_parameter) @local)
(local_declaration_statement (variable_declaration (variable_declarator name: (identifier) @local)))
(foreach_statement left: (identifier) @local)
(type_parameter name: (identifier) @local)
(declaration_pattern name: (identifier) @local)

; What is imported.
(using_directive (_) @source) @import

; Tests.
((attribute name: (identifier) @test) (#any-of? @test "Fact" "Theory" "Test" "TestMethod" "TestCase"))

(comment) @doc
