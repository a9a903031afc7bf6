/** All that should notice a change of the connections to services and of their answers' parser. */
import './first-failure.js';
import '../wire/answer-parser.property.test.js';
import '../wire/answer-parser.test.js';
import '../wire/connection.test.js';
import '../wire/connections.test.js';
import '../wire/connections-reuse.test.js';
import '../wire/upload.test.js';
