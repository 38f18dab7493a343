//! Trees of a Git repository as places that hold files: of a commit, or what is staged.
//!
//! ```text
//! let repository = Repository::find(directory)?;      // as git finds it: work trees, submodules, bare, GIT_DIR
//! let range = repository.range("main...")?;           // REF  REF:PATH  :  A..B  A...B  A...  ...B
//! let tree = &range.from.tree;                        // Arc<Tree>, a `FileSystem` for `kustomize::build`
//! Workspace::open_in(tree.clone(), tree.directory(), sources)?; // the stack as it was, from the same folder
//! tree.path(Path::new("gitops"))                      // what a path of the working directory is called in the tree
//! range.to                                            // None: the files on disk
//! ```
//!
//! Everything is read through the `git` command, because only it knows all that a repository can be: worktrees,
//! alternates, packs, SHA-256, replaced objects. Nothing is written: no index is refreshed, no hook, pager, filter or
//! file system monitor is started, and nothing is fetched, also not what a partial clone left out. Names go to git
//! through its standard input, so that none is taken for an option. If the run is killed, git ends with its input.
//!
//! A file of a tree has a path such as `main:overlays/gke/kustomization.yaml`, which `git show` understands. In memory
//! it begins with a mark that no file on disk can have (see [`shown`]).

mod command;
mod error;
mod listing;
mod objects;
mod range;
mod repository;
mod shown;
mod tree;

pub use error::GitError;
pub use range::{Point, Range};
pub use repository::Repository;
pub use shown::{shown, shown_in_tree};
pub use tree::Tree;
