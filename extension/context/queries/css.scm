; What is defined.
(rule_set (selectors [
  (class_selector (class_name) @name)
  (id_selector (id_name) @name)
  (_ [(class_selector (class_name) @name) (id_selector (id_name) @name)] .)
  (pseudo_class_selector . [(class_selector (class_name) @name) (id_selector (id_name) @name)])
  (pseudo_class_selector . (_ [(class_selector (class_name) @name) (id_selector (id_name) @name)] .))
  (pseudo_element_selector . [(class_selector (class_name) @name) (id_selector (id_name) @name)])
  (pseudo_element_selector . (_ [(class_selector (class_name) @name) (id_selector (id_name) @name)] .))
  (attribute_selector . [(class_selector (class_name) @name) (id_selector (id_name) @name)])
]) (block) @body) @type
(keyframes_statement (keyframes_name) @name (keyframe_block_list) @body) @type
((declaration (property_name) @name) @constant (#match? @name "^--"))

; What is used.
((call_expression (function_name) @call (arguments . (plain_value) @reference)) (#eq? @call "var"))

; What is imported.
(import_statement [(string_value) (call_expression)] @source) @import

(comment) @doc
