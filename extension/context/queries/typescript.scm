(function_declaration name: (identifier) @name parameters: (formal_parameters) @parameters) @function
(generator_function_declaration name: (identifier) @name parameters: (formal_parameters) @parameters) @function
(function_signature name: (identifier) @name parameters: (formal_parameters) @parameters) @function
(class_declaration name: (type_identifier) @name) @class
(abstract_class_declaration name: (type_identifier) @name) @class
(interface_declaration name: (type_identifier) @name) @interface
(type_alias_declaration name: (type_identifier) @name) @type
(enum_declaration name: (identifier) @name) @enum
(method_definition name: (_) @name parameters: (formal_parameters) @parameters) @method
(abstract_method_signature name: (_) @name parameters: (formal_parameters) @parameters) @method
(variable_declarator name: (identifier) @name value: (arrow_function parameters: (formal_parameters) @parameters)) @function
(variable_declarator name: (identifier) @name value: (arrow_function parameter: (identifier) @parameters)) @function
(variable_declarator name: (identifier) @name value: (function_expression parameters: (formal_parameters) @parameters)) @function
