; What is defined.
(class name: (constant) @name) @class
(class name: (scope_resolution name: (constant) @name)) @class
(module name: (constant) @name) @module
(module name: (scope_resolution name: (constant) @name)) @module
(method name: (_) @name parameters: (method_parameters)? @parameters body: (_)? @body) @method
(singleton_method name: (_) @name parameters: (method_parameters)? @parameters body: (_)? @body) @method
(assignment left: (constant) @name) @constant
(operator_assignment left: (constant) @name) @constant
(assignment left: (left_assignment_list (constant) @name)) @constant
(assignment left: (constant) @name right: (call receiver: (constant) @made method: (identifier) @new) (#any-of? @made "Class" "Struct" "Module" "Data") (#any-of? @new "new" "define")) @class
((call method: (identifier) @made arguments: (argument_list (simple_symbol) @name)) @method (#any-of? @made "attr" "attr_reader" "attr_writer" "attr_accessor"))
((call !receiver method: (identifier) @made arguments: (argument_list . [(simple_symbol) (string (string_content))] @name)) @method (#any-of? @made "define_method" "alias_method"))
((call receiver: (constant) @struct method: (identifier) @made arguments: (argument_list (simple_symbol) @name @field)) (#any-of? @struct "Struct" "Data") (#any-of? @made "new" "define"))
(alias name: (_) @name) @method

; What is used.
(identifier) @reference
(constant) @reference
(call receiver: (_) method: (identifier) @member)

; Names that belong to one method.
(method_parameters (identifier) @local)
(block_parameters (identifier) @local)
(lambda_parameters (identifier) @local)
(optional_parameter name: (identifier) @local)
(keyword_parameter name: (identifier) @local)
(splat_parameter name: (identifier) @local)
(hash_splat_parameter name: (identifier) @local)
(block_parameter name: (identifier) @local)
(assignment left: (identifier) @local)
(left_assignment_list (identifier) @local)
(exception_variable (identifier) @local)

; What is imported.
((call !receiver method: (identifier) @call arguments: (argument_list (string (string_content) @source))) @import (#any-of? @call "require" "require_relative" "load"))

; Tests.
(program (call method: (identifier) @test (#any-of? @test "describe" "feature" "context")))
((method name: (identifier) @test) (#match? @test "^test_"))

(comment) @doc
