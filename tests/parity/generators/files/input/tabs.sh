#!/bin/sh
if true; then
	echo "tab"
fi
