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
(public_field_definition name: [(property_identifier) (private_property_identifier)] @name) @field
(public_field_definition name: [(property_identifier) (private_property_identifier)] @name value: (arrow_function parameters: (formal_parameters) @parameters body: (_) @body)) @method
(public_field_definition name: [(property_identifier) (private_property_identifier)] @name value: (function_expression parameters: (formal_parameters) @parameters body: (_) @body)) @method
(variable_declarator name: (identifier) @name value: (class body: (_) @body)) @class
(assignment_expression left: (member_expression property: (property_identifier) @name) right: (class body: (_) @body)) @class
(variable_declarator name: (identifier) @name value: (generator_function parameters: (formal_parameters) @parameters body: (_) @body)) @function
(export_statement "default" @name value: [(class body: (_) @body) @class (function_expression parameters: (formal_parameters) @parameters body: (_) @body) @function (arrow_function parameters: (formal_parameters) @parameters body: (_) @body) @function])
(pair key: (property_identifier) @name value: [(function_expression parameters: (formal_parameters) @parameters body: (_) @body) (arrow_function parameters: (formal_parameters) @parameters body: (_) @body)]) @method
(function_expression name: (identifier) @name parameters: (formal_parameters) @parameters body: (_) @body) @function
(variable_declarator name: (identifier) @name value: (call_expression
  function: [(identifier) @wrap (member_expression property: (property_identifier) @wrap)]
  arguments: (arguments . [(function_expression parameters: (formal_parameters) @parameters body: (_) @body) (arrow_function parameters: (formal_parameters) @parameters body: (_) @body)]))
  (#any-of? @wrap "memo" "forwardRef" "observer" "useCallback" "debounce" "throttle" "memoize" "asyncHandler")) @function
(program [
  (_ (variable_declarator name: (identifier) @name) @constant)
  (export_statement declaration: (_ (variable_declarator name: (identifier) @name) @constant))
  (_ (variable_declarator name: (object_pattern (shorthand_property_identifier_pattern) @name)) @constant)
  (export_statement declaration: (_ (variable_declarator name: (object_pattern (shorthand_property_identifier_pattern) @name)) @constant))
  (_ (variable_declarator value: (object (pair key: (property_identifier) @name) @field)))
  (export_statement declaration: (_ (variable_declarator value: (object (pair key: (property_identifier) @name) @field))))
])
((assignment_expression left: (member_expression object: (_) @exports property: (property_identifier) @name)) @constant (#any-of? @exports "exports" "module.exports"))
((assignment_expression left: (member_expression) @exports right: (object (pair key: (property_identifier) @name) @field)) (#eq? @exports "module.exports"))
(property_signature name: [(property_identifier) (private_property_identifier)] @name) @field
(property_signature name: (string (string_fragment) @name)) @field
(method_signature name: (_) @name parameters: (formal_parameters) @parameters) @method
(enum_body name: (property_identifier) @name @constant)
(enum_body name: (string (string_fragment) @name) @constant)
(enum_assignment name: (property_identifier) @name) @constant
(enum_assignment name: (string (string_fragment) @name)) @constant
(required_parameter (accessibility_modifier) pattern: (identifier) @name) @field
(required_parameter "readonly" pattern: (identifier) @name) @field
(internal_module body: (statement_block [
  (lexical_declaration (variable_declarator name: (identifier) @name) @constant)
  (export_statement declaration: (_ (variable_declarator name: (identifier) @name) @constant))
]))
(module name: (string (string_fragment) @name) body: (_) @body) @module

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
(program (_ (variable_declarator value: [(call_expression function: (identifier) @call) (member_expression object: (call_expression function: (identifier) @call)) (call_expression function: (call_expression function: (identifier) @call)) (call_expression function: (member_expression object: (call_expression function: (identifier) @call)))])) @import (#eq? @call "require"))

; Tests.
(program (expression_statement (call_expression function: (identifier) @test (#any-of? @test "describe" "it" "test" "suite"))))
(program (expression_statement (call_expression function: (member_expression object: (identifier) @test) (#any-of? @test "describe" "it" "test" "suite"))))

(comment) @doc
(type_identifier) @reference
(required_parameter pattern: (identifier) @local)
(optional_parameter pattern: (identifier) @local)
(type_parameter name: (type_identifier) @local)
(import_require_clause source: (string (string_fragment) @source))
