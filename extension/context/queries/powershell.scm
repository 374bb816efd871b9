; What is defined.
(function_statement (function_name) @name (script_block)? @body) @function
(class_statement (simple_name) @name) @class
(enum_statement (simple_name) @name) @enum
(class_method_definition (simple_name) @name) @method

; What is used.
(command command_name: (command_name) @reference)
(type_identifier) @reference
(member_name (simple_name) @member)

; What is imported.
((command command_name: (command_name) @call command_elements: (command_elements (generic_token) @source)) @import (#any-of? @call "Import-Module" "import-module"))

; Tests.
((command command_name: (command_name) @test) (#any-of? @test "Describe" "It"))

(comment) @doc
