; What is defined.
(call target: (identifier) @made (arguments . (alias) @name) (do_block) @body (#any-of? @made "defmodule" "defprotocol" "defimpl")) @module
(call target: (identifier) @made (arguments . [
  (identifier) @name
  (call target: (identifier) @name (arguments) @parameters)
  (binary_operator left: (identifier) @name)
  (binary_operator left: (call target: (identifier) @name (arguments) @parameters))
]) (do_block)? @body (#any-of? @made "def" "defp" "defmacro" "defmacrop" "defguard" "defguardp" "defdelegate")) @function
(unary_operator operand: (call target: (identifier) @name (arguments)) (#not-any-of? @name "moduledoc" "doc" "typedoc" "spec" "type" "typep" "opaque" "callback" "macrocallback" "impl" "behaviour" "derive" "enforce_keys" "tag" "moduletag")) @constant
(unary_operator operand: (call target: (identifier) @made (arguments . (binary_operator left: [(identifier) @name (call target: (identifier) @name)])) (#any-of? @made "type" "typep" "opaque"))) @type
(call target: (identifier) @made (arguments [(keywords (pair key: (keyword) @name) @field) (list (keywords (pair key: (keyword) @name) @field))]) (#eq? @made "defstruct"))
(call target: (identifier) @made (arguments (list (atom) @name @field)) (#eq? @made "defstruct"))

; What is used.
((call target: (identifier) @reference) (#not-any-of? @reference "def" "defp" "defmodule" "defmacro" "alias" "import" "use" "require"))
(alias) @reference
(call target: (dot right: (identifier) @member))

; What is imported.
(call target: (identifier) @call (arguments . (alias) @source) (#any-of? @call "alias" "import" "use" "require")) @import

; Tests.
((call target: (identifier) @test) (#eq? @test "test"))

(comment) @doc
