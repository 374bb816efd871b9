; What is defined.
(class_definition name: (identifier) @name body: (_)? @body) @class
(object_definition name: (identifier) @name body: (_)? @body) @class
(trait_definition name: (identifier) @name body: (_)? @body) @interface
(enum_definition name: (identifier) @name body: (_) @body) @enum
(simple_enum_case name: (identifier) @name) @constant
(full_enum_case name: (identifier) @name) @constant
(type_definition name: (type_identifier) @name) @type
(function_definition name: (identifier) @name parameters: (parameters)? @parameters body: (_) @body) @function
(function_declaration name: (identifier) @name parameters: (parameters)? @parameters) @function
(val_definition pattern: (identifier) @name) @variable
(var_definition pattern: (identifier) @name) @variable
(val_declaration name: (identifier) @name) @variable
(var_declaration name: (identifier) @name) @variable
(given_definition name: (identifier) @name) @variable
(class_definition class_parameters: (class_parameters (class_parameter name: (identifier) @name) @field))

; What is used.
(identifier) @reference
(type_identifier) @reference
(field_expression field: (identifier) @member)

; Names that belong to one function.
(parameter name: (identifier) @local)
(binding name: (identifier) @local)
(lambda_expression parameters: (identifier) @local)

; What is imported.
(import_declaration) @source @import

(comment) @doc
(block_comment) @doc
