; What is defined.
(function_definition name: (word) @name body: (_) @body) @function
(program (variable_assignment name: (variable_name) @name) @constant)
(program (declaration_command (variable_assignment name: (variable_name) @name)) @constant)
((command name: (command_name (word) @made) argument: (concatenation . (word) @name)) @function (#eq? @made "alias"))

; What is used.
(command name: (command_name (word) @reference))
(simple_expansion (variable_name) @reference)
(expansion (variable_name) @reference)

; What is imported.
((command name: (command_name (word) @call) argument: [(word) (string) (concatenation)] @source) @import (#any-of? @call "source" "."))

(comment) @doc
