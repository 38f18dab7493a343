//! The engine: kustomization files to objects, in upstream's words and order.
