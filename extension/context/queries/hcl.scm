; What is defined.
(config_file (body (block . (identifier) @block . (string_lit (template_literal) @name) . (block_start) (body) @body) @constant (#any-of? @block "variable" "output")))
(config_file (body (block . (identifier) @block . (string_lit (template_literal) @name) . (block_start) (body) @body) @module (#any-of? @block "module" "provider")))
(config_file (body (block . (identifier) @block . (string_lit) . (string_lit (template_literal) @name) . (block_start) (body) @body) @class))
(config_file (body (block . (identifier) @block . (block_start) (body (attribute (identifier) @name) @constant)) (#eq? @block "locals")))
(config_file (body (attribute (identifier) @name) @constant))

; What is used.
(variable_expr (identifier) @reference)
(get_attr (identifier) @member)

; What is imported.
(block . (identifier) @block (body (attribute (identifier) @made (expression (literal_value (string_lit (template_literal) @source))))) (#eq? @block "module") (#eq? @made "source"))

(comment) @doc
