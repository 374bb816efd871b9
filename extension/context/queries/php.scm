; What is defined.
(function_definition name: (name) @name parameters: (formal_parameters) @parameters body: (_) @body) @function
(method_declaration name: (name) @name parameters: (formal_parameters) @parameters body: (_)? @body) @method
(class_declaration name: (name) @name body: (_) @body) @class
(interface_declaration name: (name) @name body: (_) @body) @interface
(trait_declaration name: (name) @name body: (_) @body) @class
(enum_declaration name: (name) @name body: (_) @body) @enum
(const_declaration (const_element (name) @name)) @constant
(enum_case name: (name) @name) @constant
(property_declaration (property_element (variable_name (name) @name))) @field
(property_promotion_parameter name: (variable_name (name) @name)) @field
((function_call_expression function: (name) @made arguments: (arguments . (argument (string (string_content) @name)))) @constant (#eq? @made "define"))

; What is used.
(name) @reference
(member_call_expression name: (name) @member)
(nullsafe_member_call_expression name: (name) @member)
(member_access_expression name: (name) @member)
(scoped_call_expression name: (name) @member)

; Names that belong to one function.
(variable_name (name) @local)
(namespace_definition name: (namespace_name (name) @local))

; What is imported.
(namespace_use_declaration (namespace_use_clause (_) @source)) @import
(require_expression (_) @source) @import
(require_once_expression (_) @source) @import
(include_expression (_) @source) @import

; Tests.
((method_declaration name: (name) @test) (#match? @test "^test"))

(comment) @doc
