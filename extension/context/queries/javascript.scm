; What is defined.
(function_declaration name: (identifier) @name parameters: (formal_parameters) @parameters body: (_)? @body) @function
(generator_function_declaration name: (identifier) @name parameters: (formal_parameters) @parameters body: (_)? @body) @function
(class_declaration name: (identifier) @name body: (_) @body) @class
(method_definition name: (_) @name parameters: (formal_parameters) @parameters body: (_)? @body) @method
(variable_declarator name: (identifier) @name value: (arrow_function parameters: (formal_parameters) @parameters body: (_) @body)) @function
(variable_declarator name: (identifier) @name value: (arrow_function parameter: (identifier) @parameters body: (_) @body)) @function
(variable_declarator name: (identifier) @name value: (function_expression parameters: (formal_parameters) @parameters body: (_) @body)) @function
(assignment_expression left: (member_expression property: (property_identifier) @name) right: (function_expression parameters: (formal_parameters) @parameters body: (_) @body)) @function
(assignment_expression left: (member_expression property: (property_identifier) @name) right: (arrow_function parameters: (formal_parameters) @parameters body: (_) @body)) @function
(field_definition property: [(property_identifier) (private_property_identifier)] @name) @field
(field_definition property: [(property_identifier) (private_property_identifier)] @name value: (arrow_function parameters: (formal_parameters) @parameters body: (_) @body)) @method
(field_definition property: [(property_identifier) (private_property_identifier)] @name value: (function_expression parameters: (formal_parameters) @parameters body: (_) @body)) @method
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
(formal_parameters (identifier) @local)
