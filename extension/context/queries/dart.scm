; What is defined. A function's body follows its signature.
(class_definition name: (identifier) @name body: (_) @body) @class
(mixin_declaration (identifier) @name (class_body) @body) @class
(extension_declaration name: (identifier) @name body: (_) @body) @class
(enum_declaration name: (identifier) @name body: (_) @body) @enum
(enum_constant name: (identifier) @name) @constant
(type_alias . (type_identifier) @name) @type
(program (function_signature name: (identifier) @name (formal_parameter_list) @parameters) @function . (function_body) @body)
(program (getter_signature name: (identifier) @name) @function . (function_body) @body)
((method_signature (function_signature name: (identifier) @name (formal_parameter_list) @parameters)) @method . (function_body) @body)
((method_signature [(getter_signature name: (identifier) @name) (setter_signature name: (identifier) @name)]) @method . (function_body) @body)
((method_signature [(constructor_signature name: (identifier) @name parameters: (_) @parameters) (factory_constructor_signature (identifier) @name (formal_parameter_list) @parameters)]) @method . (function_body) @body)
(declaration (function_signature name: (identifier) @name (formal_parameter_list) @parameters)) @method
(declaration (constructor_signature name: (identifier) @name parameters: (_) @parameters)) @method
(declaration [(getter_signature name: (identifier) @name) (setter_signature name: (identifier) @name)]) @method
(declaration (initialized_identifier_list (initialized_identifier . (identifier) @name))) @field
(declaration (static_final_declaration_list (static_final_declaration . (identifier) @name))) @field
(program (static_final_declaration_list (static_final_declaration . (identifier) @name) @constant))
(program (initialized_identifier_list (initialized_identifier . (identifier) @name) @constant))

; What is used.
(identifier) @reference
(type_identifier) @reference
(unconditional_assignable_selector (identifier) @member)

; Names that belong to one function.
(formal_parameter name: (identifier) @local)
(initialized_variable_definition name: (identifier) @local)
(for_loop_parts name: (identifier) @local)

; What is imported.
(import_or_export (_ (import_specification (configurable_uri (uri (string_literal) @source))))) @import

(documentation_comment) @doc
(comment) @doc
