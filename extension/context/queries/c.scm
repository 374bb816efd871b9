; What is defined.
(function_definition declarator: (function_declarator declarator: (identifier) @name parameters: (parameter_list) @parameters) body: (_) @body) @function
(function_definition declarator: (pointer_declarator declarator: (function_declarator declarator: (identifier) @name parameters: (parameter_list) @parameters)) body: (_) @body) @function
(function_definition declarator: (pointer_declarator declarator: (pointer_declarator declarator: (function_declarator declarator: (identifier) @name parameters: (parameter_list) @parameters))) body: (_) @body) @function
(declaration declarator: (function_declarator declarator: (identifier) @name parameters: (parameter_list) @parameters)) @function
(declaration declarator: (pointer_declarator declarator: (function_declarator declarator: (identifier) @name parameters: (parameter_list) @parameters))) @function
(struct_specifier name: (type_identifier) @name body: (_) @body) @class
(union_specifier name: (type_identifier) @name body: (_) @body) @class
(enum_specifier name: (type_identifier) @name body: (_) @body) @enum
(type_definition declarator: (type_identifier) @name) @type
(type_definition declarator: (pointer_declarator declarator: (type_identifier) @name)) @type
(type_definition declarator: (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: (type_identifier) @name)))) @type
(type_definition declarator: (array_declarator declarator: (type_identifier) @name)) @type
(type_definition declarator: (function_declarator declarator: (type_identifier) @name)) @type
(type_definition declarator: (pointer_declarator declarator: (pointer_declarator declarator: (type_identifier) @name))) @type
(type_definition declarator: (pointer_declarator declarator: (function_declarator declarator: [(type_identifier) @name (parenthesized_declarator (pointer_declarator declarator: (type_identifier) @name))]))) @type
(type_definition declarator: (function_declarator declarator: (parenthesized_declarator (type_identifier) @name))) @type
(declaration declarator: [(identifier) @name (_ declarator: (identifier) @name) (_ declarator: (_ declarator: (identifier) @name)) (_ declarator: (_ declarator: (_ declarator: (identifier) @name)))]) @variable
(declaration declarator: (init_declarator declarator: (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: (identifier) @name))))) @variable
(declaration declarator: (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: (identifier) @name)))) @variable
(declaration declarator: (pointer_declarator declarator: (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: (identifier) @name))))) @variable
(declaration declarator: (init_declarator declarator: (pointer_declarator declarator: (pointer_declarator declarator: (array_declarator declarator: (identifier) @name))))) @variable
(type_definition declarator: (pointer_declarator declarator: (function_declarator declarator: (parenthesized_declarator (type_identifier) @name)))) @type
(enumerator name: (identifier) @name) @constant
(field_declaration declarator: [(field_identifier) @name (array_declarator declarator: (field_identifier) @name) (pointer_declarator declarator: (field_identifier) @name)]) @field
(field_declaration declarator: (array_declarator declarator: (array_declarator declarator: (field_identifier) @name))) @field
(field_declaration declarator: (pointer_declarator declarator: [(array_declarator declarator: (field_identifier) @name) (pointer_declarator declarator: (field_identifier) @name)])) @field
(field_declaration declarator: (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: [(field_identifier) @name (array_declarator declarator: (field_identifier) @name)])))) @field
(field_declaration declarator: (pointer_declarator declarator: (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: (field_identifier) @name))))) @field
(preproc_def name: (identifier) @name) @macro
(preproc_function_def name: (identifier) @name parameters: (preproc_params) @parameters) @macro

; What is used.
(identifier) @reference
(type_identifier) @reference
(field_expression field: (field_identifier) @member)

; Names that belong to one function.
(parameter_declaration declarator: (identifier) @local)
(parameter_declaration declarator: (pointer_declarator declarator: (identifier) @local))
(parameter_declaration declarator: (pointer_declarator declarator: (pointer_declarator declarator: (identifier) @local)))
(parameter_declaration declarator: (array_declarator declarator: (identifier) @local))
(preproc_params (identifier) @local)

; What is imported.
(preproc_include path: (string_literal (string_content) @source)) @import
(preproc_include path: (system_lib_string) @source) @import

; Tests.
((function_definition declarator: (function_declarator declarator: (identifier) @test)) (#match? @test "^(TEST|TEST_F|TEST_P|TEST_CASE|SCENARIO)$|^test_"))

(comment) @doc
