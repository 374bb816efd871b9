; What is defined.
(function_declaration name: (identifier) @name parameters: (formal_parameters) @parameters body: (_)? @body) @function
(generator_function_declaration name: (identifier) @name parameters: (formal_parameters) @parameters body: (_)? @body) @function
(function_signature name: (identifier) @name parameters: (formal_parameters) @parameters) @function
(class_declaration name: (type_identifier) @name body: (_) @body) @class
(abstract_class_declaration name: (type_identifier) @name body: (_) @body) @class
(interface_declaration name: (type_identifier) @name body: (_) @body) @interface
(type_alias_declaration name: (type_identifier) @name) @type
(enum_declaration name: (identifier) @name body: (_) @body) @enum
(internal_module name: (_) @name body: (_) @body) @module
(abstract_method_signature name: (_) @name parameters: (formal_parameters) @parameters) @method
(ambient_declaration (lexical_declaration (variable_declarator name: (identifier) @name type: (_)) @constant))
(method_definition name: (_) @name parameters: (formal_parameters) @parameters body: (_)? @body) @method
(variable_declarator name: (identifier) @name value: (arrow_function parameters: (formal_parameters) @parameters body: (_) @body)) @function
(variable_declarator name: (identifier) @name value: (arrow_function parameter: (identifier) @parameters body: (_) @body)) @function
(variable_declarator name: (identifier) @name value: (function_expression parameters: (formal_parameters) @parameters body: (_) @body)) @function
(assignment_expression left: (member_expression property: (property_identifier) @name) right: (function_expression parameters: (formal_parameters) @parameters body: (_) @body)) @function
(assignment_expression left: (member_expression property: (property_identifier) @name) right: (arrow_function parameters: (formal_parameters) @parameters body: (_) @body)) @function
(program [
  (lexical_declaration (variable_declarator name: (identifier) @name value: [(number) (string) (template_string) (object) (array) (new_expression) (call_expression) (as_expression) (satisfies_expression) (regex) (await_expression) (member_expression) (true) (false) (unary_expression) (binary_expression)]) @constant)
  (export_statement declaration: (lexical_declaration (variable_declarator name: (identifier) @name value: [(number) (string) (template_string) (object) (array) (new_expression) (call_expression) (as_expression) (satisfies_expression) (regex) (await_expression) (member_expression) (true) (false) (unary_expression) (binary_expression)]) @constant))
])

; What is used.
(identifier) @reference
(shorthand_property_identifier) @reference
(member_expression property: (property_identifier) @member)

; Names that belong to one function.
(variable_declarator name: (identifier) @local)
(shorthand_property_identifier_pattern) @local
(pair_pattern value: (identifier) @local)
(array_pattern (identifier) @local)
(rest_pattern (identifier) @local)
(assignment_pattern left: (identifier) @local)
(arrow_function parameter: (identifier) @local)
(catch_clause parameter: (identifier) @local)
(for_in_statement left: (identifier) @local)
(import_specifier alias: (identifier) @local)

; What is imported.
(import_statement source: (string (string_fragment) @source)) @import
(export_statement source: (string (string_fragment) @source))
(call_expression function: (import) arguments: (arguments . (string (string_fragment) @source)))
((call_expression function: (identifier) @call arguments: (arguments . (string (string_fragment) @source))) (#eq? @call "require"))
(program (lexical_declaration (variable_declarator value: (call_expression function: (identifier) @call))) @import (#eq? @call "require"))

; Tests.
(program (expression_statement (call_expression function: (identifier) @test (#any-of? @test "describe" "it" "test" "suite"))))
(program (expression_statement (call_expression function: (member_expression object: (identifier) @test) (#any-of? @test "describe" "it" "test" "suite"))))

(comment) @doc
(type_identifier) @reference
(required_parameter pattern: (identifier) @local)
(optional_parameter pattern: (identifier) @local)
(type_parameter name: (type_identifier) @local)
(import_require_clause source: (string (string_fragment) @source))
