; What is defined.
(function_definition name: (identifier) @name parameters: (parameters) @parameters body: (_) @body) @function
(class_definition name: (identifier) @name body: (_) @body) @class
(module (expression_statement (assignment left: (identifier) @name) @constant))
(type_alias_statement left: (type (identifier) @name)) @type

; What is used.
(identifier) @reference
(attribute attribute: (identifier) @member)

; Names that belong to one function.
(parameters (identifier) @local)
(lambda_parameters (identifier) @local)
(default_parameter name: (identifier) @local)
(typed_parameter . (identifier) @local)
(typed_default_parameter name: (identifier) @local)
(list_splat_pattern (identifier) @local)
(dictionary_splat_pattern (identifier) @local)
(keyword_argument name: (identifier) @local)
(block (expression_statement (assignment left: (identifier) @local)))
(pattern_list (identifier) @local)
(for_statement left: (identifier) @local)
(for_in_clause left: (identifier) @local)
(as_pattern_target (identifier) @local)
(aliased_import alias: (identifier) @local)

; What is imported.
(import_statement name: (dotted_name) @source) @import
(import_statement name: (aliased_import name: (dotted_name) @source)) @import
(import_from_statement module_name: (_) @source) @import
(future_import_statement) @import

; Tests.
((function_definition name: (identifier) @test) (#match? @test "^test_"))

(comment) @doc
(function_definition body: (block . (expression_statement (string) @doc)))
(class_definition body: (block . (expression_statement (string) @doc)))
