; What is defined.
(function_statement (function_name) @name (script_block)? @body) @function
(class_statement . (simple_name) @name) @class
(enum_statement . (simple_name) @name) @enum
(enum_member . (simple_name) @name) @constant
(class_property_definition (variable) @name) @field
(program (statement_list (pipeline (assignment_expression . (left_assignment_expression (logical_expression (bitwise_expression (comparison_expression (additive_expression (multiplicative_expression (format_expression (range_expression (array_literal_expression (unary_expression (variable) @name)))))))))))) @constant))
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
