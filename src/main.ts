#!/usr/bin/env node
import './cli/program.js';
