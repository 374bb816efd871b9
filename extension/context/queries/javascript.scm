(function_declaration name: (identifier) @name parameters: (formal_parameters) @parameters) @function
(generator_function_declaration name: (identifier) @name parameters: (formal_parameters) @parameters) @function
(class_declaration name: (identifier) @name) @class
(method_definition name: (_) @name parameters: (formal_parameters) @parameters) @method
(variable_declarator name: (identifier) @name value: (arrow_function parameters: (formal_parameters) @parameters)) @function
(variable_declarator name: (identifier) @name value: (arrow_function parameter: (identifier) @parameters)) @function
(variable_declarator name: (identifier) @name value: (function_expression parameters: (formal_parameters) @parameters)) @function
