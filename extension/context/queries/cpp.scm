; Beside everything in c.scm.
(class_specifier name: (type_identifier) @name body: (_) @body) @class
(class_specifier name: (template_type name: (type_identifier) @name) body: (_) @body) @class
(class_specifier name: (qualified_identifier name: [(type_identifier) @name (template_type name: (type_identifier) @name)]) body: (_) @body) @class
(struct_specifier name: (template_type name: (type_identifier) @name) body: (_) @body) @class
(struct_specifier name: (qualified_identifier name: [(type_identifier) @name (template_type name: (type_identifier) @name)]) body: (_) @body) @class
(namespace_definition name: (namespace_identifier) @name body: (_) @body) @module
(namespace_definition name: (nested_namespace_specifier (namespace_identifier) @name .) body: (_) @body) @module
(namespace_definition name: (nested_namespace_specifier (nested_namespace_specifier (namespace_identifier) @name .)) body: (_) @body) @module
(field_declaration declarator: (reference_declarator (field_identifier) @name)) @field
(declaration declarator: [(reference_declarator (identifier) @name) (init_declarator declarator: (reference_declarator (identifier) @name))]) @variable
(declaration declarator: (init_declarator declarator: (qualified_identifier name: (identifier) @name))) @variable
(function_definition declarator: (function_declarator declarator: [(destructor_name) (operator_name)] @name parameters: (parameter_list) @parameters) body: (_)? @body) @method
(function_definition declarator: (_ (function_declarator declarator: (operator_name) @name parameters: (parameter_list) @parameters)) body: (_)? @body) @method
(function_definition declarator: (operator_cast) @name body: (_)? @body) @method
(declaration declarator: (function_declarator declarator: [(destructor_name) (operator_name)] @name parameters: (parameter_list) @parameters)) @method
(declaration declarator: (operator_cast) @name) @method
(field_declaration declarator: (function_declarator declarator: (operator_name) @name parameters: (parameter_list) @parameters)) @method
(field_declaration declarator: (_ (function_declarator declarator: (operator_name) @name parameters: (parameter_list) @parameters))) @method
(function_definition declarator: (function_declarator declarator: (qualified_identifier name: (qualified_identifier name: [(identifier) (destructor_name) (operator_name)] @name)) parameters: (parameter_list) @parameters) body: (_)? @body) @method
(function_definition declarator: (_ (function_declarator declarator: (qualified_identifier name: (qualified_identifier name: [(identifier) (operator_name)] @name)) parameters: (parameter_list) @parameters)) body: (_)? @body) @method
(function_definition declarator: (function_declarator declarator: (qualified_identifier name: (qualified_identifier name: (qualified_identifier name: [(identifier) (destructor_name) (operator_name)] @name))) parameters: (parameter_list) @parameters) body: (_)? @body) @method
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
