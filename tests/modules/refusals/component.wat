;; A component and not a core module.
(component)
