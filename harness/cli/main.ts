#!/usr/bin/env node
process.stdout.write('emtdiff\n');
