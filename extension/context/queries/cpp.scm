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
(translation_unit (declaration declarator: (init_declarator declarator: (identifier) @name)) @constant)
(translation_unit (declaration declarator: (init_declarator declarator: (array_declarator declarator: (identifier) @name))) @constant)
(translation_unit (declaration declarator: (identifier) @name) @constant)
(preproc_ifdef (declaration declarator: (identifier) @name) @constant)
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
(compound_statement (declaration declarator: (identifier) @local))
(compound_statement (declaration declarator: (init_declarator declarator: (identifier) @local)))
(compound_statement (declaration declarator: (init_declarator declarator: (pointer_declarator declarator: (identifier) @local))))
(compound_statement (declaration declarator: (pointer_declarator declarator: (identifier) @local)))
(compound_statement (declaration declarator: (array_declarator declarator: (identifier) @local)))
(for_statement initializer: (declaration declarator: (init_declarator declarator: (identifier) @local)))
(preproc_params (identifier) @local)

; What is imported.
(preproc_include path: (string_literal (string_content) @source)) @import
(preproc_include path: (system_lib_string) @source) @import

; Tests.
((function_definition declarator: (function_declarator declarator: (identifier) @test)) (#match? @test "^(TEST|TEST_F|TEST_P|TEST_CASE|SCENARIO)$|^test_"))

(comment) @doc

; Of C++ only.
(class_specifier name: (type_identifier) @name body: (_) @body) @class
(namespace_definition name: (_) @name body: (_) @body) @module
(alias_declaration name: (type_identifier) @name) @type
(concept_definition name: (identifier) @name) @type
(function_definition declarator: (function_declarator declarator: (field_identifier) @name parameters: (parameter_list) @parameters) body: (_)? @body) @method
(function_definition declarator: (pointer_declarator declarator: (function_declarator declarator: (field_identifier) @name parameters: (parameter_list) @parameters)) body: (_)? @body) @method
(function_definition declarator: (reference_declarator (function_declarator declarator: (field_identifier) @name parameters: (parameter_list) @parameters)) body: (_)? @body) @method
(function_definition declarator: (reference_declarator (function_declarator declarator: (identifier) @name parameters: (parameter_list) @parameters)) body: (_) @body) @function
(function_definition declarator: (function_declarator declarator: (qualified_identifier name: [(identifier) (destructor_name) (operator_name)] @name) parameters: (parameter_list) @parameters) body: (_)? @body) @method
(function_definition declarator: (pointer_declarator declarator: (function_declarator declarator: (qualified_identifier name: (identifier) @name) parameters: (parameter_list) @parameters)) body: (_)? @body) @method
(function_definition declarator: (reference_declarator (function_declarator declarator: (qualified_identifier name: [(identifier) (operator_name)] @name) parameters: (parameter_list) @parameters)) body: (_)? @body) @method
(field_declaration declarator: (function_declarator declarator: (field_identifier) @name parameters: (parameter_list) @parameters)) @method
(field_declaration declarator: (pointer_declarator declarator: (function_declarator declarator: (field_identifier) @name parameters: (parameter_list) @parameters))) @method
(field_declaration declarator: (reference_declarator (function_declarator declarator: (field_identifier) @name parameters: (parameter_list) @parameters))) @method
(namespace_identifier) @reference
(qualified_identifier name: (identifier) @member)
(parameter_declaration declarator: (reference_declarator (identifier) @local))
(optional_parameter_declaration declarator: (identifier) @local)
(for_range_loop declarator: (identifier) @local)
(for_range_loop declarator: (reference_declarator (identifier) @local))
(type_parameter_declaration (type_identifier) @local)
(lambda_capture_specifier (identifier) @local)
(using_declaration) @import
