; What is defined.
(function_definition name: (identifier) @name parameters: (parameters) @parameters body: (_) @body) @function
(class_definition name: (identifier) @name body: (_) @body) @class
(expression_statement (assignment left: (identifier) @name) @variable)
(expression_statement (assignment left: (pattern_list (identifier) @name)) @variable)
(class_definition body: (block [
  (function_definition name: (identifier) @init body: (block (expression_statement (assignment left: (attribute object: (identifier) @self attribute: (identifier) @name)) @field)))
  (decorated_definition definition: (function_definition name: (identifier) @init body: (block (expression_statement (assignment left: (attribute object: (identifier) @self attribute: (identifier) @name)) @field))))
]) (#eq? @init "__init__") (#eq? @self "self"))
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
