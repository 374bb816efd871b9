; What is defined.
(function_declaration name: (identifier) @name parameters: (parameters) @parameters body: (_)? @body) @function
(function_declaration name: (dot_index_expression field: (identifier) @name) parameters: (parameters) @parameters body: (_)? @body) @function
(function_declaration name: (method_index_expression method: (identifier) @name) parameters: (parameters) @parameters body: (_)? @body) @method
(assignment_statement (variable_list . name: (dot_index_expression field: (identifier) @name)) (expression_list . value: (function_definition parameters: (parameters) @parameters body: (_)? @body))) @function
(variable_declaration (assignment_statement (variable_list . name: (identifier) @name) (expression_list . value: (function_definition parameters: (parameters) @parameters body: (_)? @body)))) @function
(field name: (identifier) @name value: (function_definition parameters: (parameters) @parameters body: (_)? @body)) @function
(assignment_statement (variable_list . name: (identifier) @name) (expression_list . value: (function_definition parameters: (parameters) @parameters body: (_)? @body))) @function
(chunk (variable_declaration (assignment_statement (variable_list name: (identifier) @name)) @constant))
(chunk (variable_declaration (variable_list name: (identifier) @name)) @constant)
(chunk (assignment_statement (variable_list name: (identifier) @name)) @constant)
(chunk (assignment_statement (variable_list name: (dot_index_expression field: (identifier) @name))) @field)
(chunk (variable_declaration (assignment_statement (expression_list (table_constructor (field name: (identifier) @name) @field)))))

; What is used.
(identifier) @reference
(dot_index_expression field: (identifier) @member)
(method_index_expression method: (identifier) @member)

; Names that belong to one function.
(parameters (identifier) @local)
(variable_declaration (variable_list name: (identifier) @local))
(variable_declaration (assignment_statement (variable_list name: (identifier) @local)))
(for_generic_clause (variable_list name: (identifier) @local))
(for_numeric_clause name: (identifier) @local)

; What is imported.
((function_call name: (identifier) @call arguments: (arguments (string content: (string_content) @source))) (#eq? @call "require"))
((variable_declaration (assignment_statement (expression_list (function_call name: (identifier) @call)))) @import (#eq? @call "require"))

; Tests.
((function_call name: (identifier) @test) (#any-of? @test "describe" "it"))

(comment) @doc
