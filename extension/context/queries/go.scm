; What is defined.
(function_declaration name: (identifier) @name parameters: (parameter_list) @parameters body: (_)? @body) @function
(method_declaration name: (field_identifier) @name parameters: (parameter_list) @parameters body: (_)? @body) @method
(type_spec name: (type_identifier) @name type: (struct_type (field_declaration_list) @body)) @class
(type_spec name: (type_identifier) @name type: (interface_type) @body) @interface
(type_spec name: (type_identifier) @name type: [(type_identifier) (qualified_type) (pointer_type) (array_type) (slice_type) (map_type) (channel_type) (function_type) (generic_type)]) @type
(type_alias name: (type_identifier) @name) @type
(source_file (const_declaration (const_spec name: (identifier) @name) @constant))
(source_file (var_declaration (var_spec name: (identifier) @name) @constant))
(source_file (var_declaration (var_spec_list (var_spec name: (identifier) @name) @constant)))
(method_elem name: (field_identifier) @name parameters: (parameter_list) @parameters) @method
(field_declaration name: (field_identifier) @name) @field

; What is used.
(identifier) @reference
(type_identifier) @reference
(selector_expression field: (field_identifier) @member)

; Names that belong to one function.
(parameter_declaration name: (identifier) @local)
(variadic_parameter_declaration name: (identifier) @local)
(short_var_declaration left: (expression_list (identifier) @local))
(range_clause left: (expression_list (identifier) @local))
(block (statement_list (var_declaration (var_spec name: (identifier) @local))))
(type_parameter_declaration name: (identifier) @local)

; What is imported.
(import_declaration) @import
(import_spec path: (interpreted_string_literal) @source)

; Tests.
((function_declaration name: (identifier) @test) (#match? @test "^(Test|Benchmark|Fuzz|Example)"))

(comment) @doc
