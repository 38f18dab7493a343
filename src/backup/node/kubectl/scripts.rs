//! What runs in the container, for the shell of any system that has `sh`, `dd`, `find`, `stat` and `sha256sum`.
//!
//! A stream through exec may end early and be called a success, so each script says first how long its answer is and
//! what its digest is, and then waits for a line: whoever ends before the other side has read everything loses the end.

/// Pieces of files are cut in these units.
pub(super) const UNIT: usize = 1 << 20;
/// How many of them make a piece.
pub(super) const UNITS: usize = 4;

/// The answer went well.
pub(super) const DONE: u8 = 0;
/// There is no such file or folder.
pub(super) const MISSING: u8 = 3;
/// The path goes through a link.
pub(super) const LINK: u8 = 4;
/// Something has that name.
pub(super) const EXISTS: u8 = 5;
/// It cannot be given to the owner of the data folder.
pub(super) const OWNER: u8 = 7;
/// No space is left.
pub(super) const FULL: u8 = 8;

/// `$1` is the data folder; `at PATH` sets `at`, and ends where the path goes through a link.
pub(super) const COMMON: &str = r#"
LC_ALL=C; export LC_ALL; base=$1
answer() { printf '%s %s %s\n' "$1" "${#2}" "$(printf %s "$2" | sha256sum)"; printf %s "$2"; read -r taken; exit 0; }
fail() { case $1 in *[Nn]'o space left'*) answer 8 "$1";; esac; answer 6 "$1"; }
# To the disk: these alone, because the disks of a whole machine take their time. Where sync takes no names, it is all.
flush() { for one; do sync "$one" 2>/dev/null || { sync; return; }; done; }
at() {
  at=$base; rest=$1
  while [ -n "$rest" ]; do
    at=$at/${rest%%/*}
    [ -L "$at" ] && answer 4 "$at"
    case $rest in */*) rest=${rest#*/};; *) rest=;; esac
  done
}
give() {
  owner=$(stat -c %u:%g "$base/.")
  chmod "$2" "$1" || answer 7 "$1"
  [ "$(stat -c %u:%g "$1")" = "$owner" ] || chown "$owner" "$1" 2>/dev/null || answer 7 "$1"
}
"#;

/// `$2` is the folder.
pub(super) const LIST: &str = r#"
at "$2"; cd "$at" 2>/dev/null || answer 3 "$at"
link=$(find . -path ./lost+found -prune -o -type l -print 2>/dev/null | head -n 1)
[ -z "$link" ] || answer 4 "$at/${link#./}"
answer 0 "$(find . -path ./lost+found -prune -o -type f -exec stat -c '%s %n' {} + 2>/dev/null)"
"#;

/// `$2` is the file, `$3` its first unit, `$4` how many.
pub(super) const READ: &str = r#"
at "$2"; [ -f "$at" ] || answer 3 "$at"
piece() { dd if="$at" bs=1048576 skip="$3" count="$4" 2>/dev/null; }
printf '0 %s %s\n' "$(piece "$@" | wc -c)" "$(piece "$@" | sha256sum)"
piece "$@"; read -r taken
"#;

/// `$2` is the part file, which is made anew.
pub(super) const BEGIN: &str = r#"
at "$2"; said=$( { rm -f "$at" && : > "$at"; } 2>&1) || fail "$said"; answer 0 ''
"#;

/// `$2` is the part file, `$3` the first unit, `$4` how many bytes follow on the input. Answers with the digest of what
/// the file has there; a piece that comes twice is written twice to the same place.
pub(super) const PIECE: &str = r#"
at "$2"; [ -f "$at" ] || answer 3 "$at"
said=$( { head -c "$4" | dd of="$at" bs=1048576 seek="$3" conv=notrunc; } 2>&1) || fail "$said"
answer 0 "$(dd if="$at" bs=1048576 skip="$3" count=4 2>/dev/null | sha256sum)"
"#;

/// `$2` is the part file, `$3` the name that it gets, `$4` the digest that it must have.
pub(super) const FINISH: &str = r#"
at "$3"; new=$at; at "$2"
if [ -f "$at" ]; then
  has=$(sha256sum < "$at"); [ "${has%% *}" = "$4" ] || answer 0 "$has"
  give "$at" 644; flush "$at"; said=$(mv -f "$at" "$new" 2>&1) || fail "$said"; flush "${new%/*}"
fi
[ -f "$new" ] || answer 3 "$new"
answer 0 "$(sha256sum < "$new")"
"#;

/// `$2` is a file that need not be there.
pub(super) const FORGET: &str = r#"at "$2"; rm -f "$at"; answer 0 ''"#;

/// `$2` gets the name `$3`. A first try whose answer was lost may have done it.
pub(super) const RENAME: &str = r#"
at "$3"; new=$at; at "$2"
if [ -e "$new" ]; then [ "$4" = again ] && ! [ -e "$at" ] && answer 0 ''; answer 5 "$new"; fi
[ -e "$at" ] || answer 3 "$at"
said=$(mv "$at" "$new" 2>&1) || fail "$said"; flush "${new%/*}" "${at%/*}"; answer 0 ''
"#;

/// `$2` is the folder.
pub(super) const REMOVE: &str = r#"
at "$2"; said=$(rm -rf "$at" 2>&1) || fail "$said"; answer 0 ''
"#;

/// `$2` is the folder; those above it are there.
pub(super) const MAKE: &str = r#"
at "$2"; [ -d "$at" ] && answer 0 ''
said=$(mkdir "$at" 2>&1) || fail "$said"; give "$at" 755; answer 0 ''
"#;

/// Free kibibytes, then the owner's and the group's numbers.
pub(super) const FACTS: &str = r#"
cd "$base" 2>/dev/null || answer 3 "$base"
answer 0 "$(df -Pk . | while read -r device all used free rest; do echo "$free"; done | tail -n 1) $(stat -c '%u %g' .)"
"#;

/// Whether a process of the container has a file of the folder open: `yes` or `no`.
pub(super) const USED: &str = r#"
cd "$base" 2>/dev/null || answer 3 "$base"
real=$(pwd -P); cd /
if ls -l /proc/[0-9]*/fd 2>/dev/null | grep -F -q -e "-> $real/"; then answer 0 yes; fi
answer 0 no
"#;

/// Locks the file that a run on the container's own machine locks too, says so, and waits for the end of the input.
pub(super) const LOCK: &str = r#"
command -v flock > /dev/null || { echo 'no lock'; exit 0; }
at .stackgen-lock; exec 9> "$at" && flock -n 9 || { echo busy; exit 0; }
echo held; read -r taken; rm -f "$at"
"#;
