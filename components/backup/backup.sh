#!/bin/sh
# One backup of Prometheus's data: snapshot, upload, check, prune. It ends with 0 only when every byte of
# the snapshot was found again in the target.
#
#   $TARGET/blocks/<ULID>/        blocks of all backups; they never change once written, so a block is
#                                 uploaded once and shared
#   $TARGET/backups/<snapshot>    one line for each block of that backup; written last: what has no such
#                                 file is no backup
#
# To restore: stop Prometheus, copy the blocks of one list into its empty data folder, start it.
# Needs rclone and a POSIX shell; all settings come from the environment.
set -eu

: "${PROMETHEUS_URL:?where Prometheus answers}" "${DATA:?its data folder}" "${TARGET:?where to, for rclone}" "${KEEP:?how many}"
work=$(mktemp -d)
mark="$DATA/snapshots/.backup"
name=

fail() {
    printf 'backup failed: %s\n' "$*" >&2
    exit 1
}

# A snapshot holds on to the disk space of blocks that Prometheus has dropped since.
remove_snapshot() {
    case "$1" in
        "" | *[!0-9A-Za-z-]*) return 0 ;;
    esac
    rm -rf "${DATA:?}/snapshots/$1"
    rm -f "$mark"
}

finish() {
    remove_snapshot "$name"
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 143' TERM INT

case "$KEEP" in
    "" | 0 | *[!0-9]*) fail "KEEP is '$KEEP', expected a number above 0" ;;
esac

# A run that was killed could not clean up.
if [ -f "$mark" ]; then
    remove_snapshot "$(cat "$mark")"
fi

# Prometheus reserves a whole segment for the head block, however little is in it.
free=$(df -Pk "$DATA" | awk 'NR == 2 { print $4 }')
[ "$free" -ge 614400 ] || fail "$free KiB are free in $DATA, a snapshot needs 614400"

# rclone sends what it is told as JSON to any address, and shows a certificate where RCLONE_CLIENT_CERT names one.
answer=$(rclone rc --url "$PROMETHEUS_URL/" api/v1/admin/tsdb/snapshot) ||
    fail "$PROMETHEUS_URL took no snapshot: is it up, and is --web.enable-admin-api set?"
unset RCLONE_CA_CERT RCLONE_CLIENT_CERT RCLONE_CLIENT_KEY
name=$(printf '%s' "$answer" | sed -n 's/.*"name": *"\([0-9A-Za-z-]*\)".*/\1/p')
[ -n "$name" ] || fail "no snapshot is named in the answer: $answer"
snapshot="$DATA/snapshots/$name"
[ -d "$snapshot" ] || fail "$snapshot is not there: DATA is not the data folder of $PROMETHEUS_URL"
printf '%s\n' "$name" > "$mark"

for block in "$snapshot"/*/; do
    [ -f "$block/meta.json" ] || fail "the snapshot holds no complete block"
    basename "$block"
done > "$work/blocks"

rclone copy --checksum "$snapshot" "$TARGET/blocks" || fail "the upload to $TARGET broke off"
rclone check --one-way "$snapshot" "$TARGET/blocks" || fail "$TARGET does not hold what was uploaded"
rclone copyto --checksum "$work/blocks" "$TARGET/backups/$name" || fail "the list of blocks could not be written"
rclone cat "$TARGET/backups/$name" > "$work/stored" || fail "the list of blocks cannot be read"
cmp -s "$work/blocks" "$work/stored" || fail "the list of blocks came back different"
printf 'backup %s: %s blocks, checked\n' "$name" "$(wc -l < "$work/blocks" | tr -d ' ')"

# Old lists first, then the blocks that no list names any more.
rclone lsf --files-only "$TARGET/backups" > "$work/all" || fail "the backups cannot be listed"
sort -r "$work/all" | awk -v keep="$KEEP" 'NR > keep' > "$work/old"
while read -r old; do
    rclone deletefile "$TARGET/backups/$old" || fail "backup $old could not be removed"
    printf 'backup %s: removed\n' "$old"
done < "$work/old"
rclone cat "$TARGET/backups" > "$work/named" || fail "the lists of blocks cannot be read"
rclone lsf --dirs-only "$TARGET/blocks" > "$work/present" || fail "the blocks cannot be listed"
while read -r block; do
    if ! grep -qxF "${block%/}" "$work/named"; then
        rclone purge "$TARGET/blocks/${block%/}" || fail "block $block could not be removed"
    fi
done < "$work/present"
