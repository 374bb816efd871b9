; What is defined.
(section (section_name (text) @name)) @module
(setting (setting_name) @name) @field
