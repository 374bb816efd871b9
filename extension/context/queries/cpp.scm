; Beside everything in c.scm.
(class_specifier name: (type_identifier) @name body: (_) @body) @class
(namespace_definition name: (_) @name body: (_) @body) @module
(alias_declaration name: (type_identifier) @name) @type
(concept_definition name: (identifier) @name) @type
(function_definition declarator: (function_declarator declarator: (field_identifier) @name parameters: (parameter_list) @parameters) body: (_)? @body) @method
(function_definition declarator: (pointer_declarator declarator: (function_declarator declarator: (field_identifier) @name parameters: (parameter_list) @parameters)) body: (_)? @body) @method
(function_definition declarator: (reference_declarator (function_declarator declarator: (field_identifier) @name parameters: (parameter_list) @parameters)) body: (_)? @body) @method
(function_definition declarator: (reference_declarator (function_declarator declarator: (identifier) @name parameters: (parameter_list) @parameters)) body: (_) @body) @function
(function_definition declarator: (function_declarator declarator: (qualified_identifier name: [(identifier) (destructor_name) (operator_name)] @name) parameters: (parameter_list) @parameters) body: (_)? @body) @method
(function_definition declarator: (pointer_declarator declarator: (function_declarator declarator: (qualified_identifier name: (identifier) @name) parameters: (parameter_list) @parameters)) body: (_)? @body) @method
(function_definition declarator: (reference_declarator (function_declarator declarator: (qualified_identifier name: [(identifier) (operator_name)] @name) parameters: (parameter_list) @parameters)) body: (_)? @body) @method
(field_declaration declarator: (function_declarator declarator: (field_identifier) @name parameters: (parameter_list) @parameters)) @method
(field_declaration declarator: (pointer_declarator declarator: (function_declarator declarator: (field_identifier) @name parameters: (parameter_list) @parameters))) @method
(field_declaration declarator: (reference_declarator (function_declarator declarator: (field_identifier) @name parameters: (parameter_list) @parameters))) @method
(namespace_identifier) @reference
(qualified_identifier name: (identifier) @member)
(parameter_declaration declarator: (reference_declarator (identifier) @local))
(optional_parameter_declaration declarator: (identifier) @local)
(for_range_loop declarator: (identifier) @local)
(for_range_loop declarator: (reference_declarator (identifier) @local))
(type_parameter_declaration (type_identifier) @local)
(lambda_capture_specifier (identifier) @local)
(using_declaration) @import
