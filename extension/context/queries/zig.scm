; What is defined.
(function_declaration name: (identifier) @name (parameters) @parameters body: (_)? @body) @function
(variable_declaration . (identifier) @name [(struct_declaration) (union_declaration) (opaque_declaration)] @body) @class
(variable_declaration . (identifier) @name [(enum_declaration) (error_set_declaration)] @body) @enum
(variable_declaration . (identifier) @name) @variable
(enum_declaration (container_field name: (identifier) @name) @constant)
(error_set_declaration (identifier) @name @constant)
(container_field name: (identifier) @name) @field

; What is used.
(identifier) @reference
(field_expression member: (identifier) @member)

; Names that belong to one function.
(parameter name: (identifier) @local)
(payload (identifier) @local)

; What is imported.
(variable_declaration (builtin_function (builtin_identifier) @call (arguments (string (string_content) @source))) (#eq? @call "@import")) @import

; Tests.
(test_declaration) @test

(comment) @doc
