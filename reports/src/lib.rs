//! Runs to html, markdown, json and terminal text: pure renderers.
