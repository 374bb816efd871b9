; What is defined.
(function_item name: (identifier) @name parameters: (parameters) @parameters body: (_) @body) @function
(function_signature_item name: (identifier) @name parameters: (parameters) @parameters) @method
(struct_item name: (type_identifier) @name body: (_)? @body) @class
(union_item name: (type_identifier) @name body: (_) @body) @class
(enum_item name: (type_identifier) @name body: (_) @body) @enum
(trait_item name: (type_identifier) @name body: (_) @body) @interface
(type_item name: (type_identifier) @name) @type
(mod_item name: (identifier) @name body: (_) @body) @module
(const_item name: (identifier) @name) @constant
(static_item name: (identifier) @name) @constant
(macro_definition name: (identifier) @name) @macro
(associated_type name: (type_identifier) @name) @type
(enum_variant name: (identifier) @name) @constant
(field_declaration name: (field_identifier) @name) @field

; What is used.
(identifier) @reference
(type_identifier) @reference
(field_expression field: (field_identifier) @member)
(field_initializer field: (field_identifier) @member)

; Names that belong to one function.
(parameter pattern: (identifier) @local)
(let_declaration pattern: (identifier) @local)
(closure_parameters (identifier) @local)
(tuple_pattern (identifier) @local)
(for_expression pattern: (identifier) @local)
(type_parameter name: (type_identifier) @local)

; What is imported.
(use_declaration argument: (_) @source) @import
(extern_crate_declaration name: (identifier) @source) @import
(mod_item name: (identifier) @source !body)

; Tests.
((attribute_item (attribute . (identifier) @test)) (#eq? @test "test"))

(line_comment) @doc
(block_comment) @doc
