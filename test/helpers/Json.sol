// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev Reads back what TitleMetadata and PartMetadata write: Base64 and JSON, both strictly.
library Json {
    error Base64Malformed(uint256 position);
    error JsonMalformed(uint256 position);
    error PrefixMissing(string prefix);

    /* BASE64 */

    /// @dev The bytes of a data URI that begins with `prefix`.
    function decodeUri(string memory uri, string memory prefix) internal pure returns (bytes memory) {
        bytes memory text = bytes(uri);
        bytes memory start = bytes(prefix);
        if (text.length < start.length) revert PrefixMissing(prefix);
        for (uint256 i = 0; i < start.length; ++i) {
            if (text[i] != start[i]) revert PrefixMissing(prefix);
        }
        return decodeBase64(text, start.length);
    }

    function decodeBase64(bytes memory text, uint256 from) internal pure returns (bytes memory result) {
        uint256 length = text.length - from;
        if (length % 4 != 0) revert Base64Malformed(text.length);
        uint256 padding = length == 0 ? 0 : (text[text.length - 1] == "=" ? 1 : 0);
        if (padding == 1 && text[text.length - 2] == "=") padding = 2;
        result = new bytes((length / 4) * 3 - padding);

        uint256 written;
        for (uint256 i = from; i < text.length; i += 4) {
            uint256 group;
            for (uint256 j = i; j < i + 4; ++j) {
                bool isPadding = text[j] == "=" && j >= text.length - padding;
                group = (group << 6) | (isPadding ? 0 : _sextet(text[j], j));
            }
            for (uint256 j = 0; j < 3 && written < result.length; ++j) {
                result[written++] = bytes1(uint8(group >> (16 - 8 * j)));
            }
        }
    }

    function _sextet(bytes1 char, uint256 position) private pure returns (uint256) {
        uint8 code = uint8(char);
        if (code >= 65 && code <= 90) return code - 65;
        if (code >= 97 && code <= 122) return code - 71;
        if (code >= 48 && code <= 57) return code + 4;
        if (char == "+") return 62;
        if (char == "/") return 63;
        revert Base64Malformed(position);
    }

    /* JSON */

    /// @dev Reverts unless `text` is one JSON value (no white space, no escapes, whole numbers: all that is written).
    function check(bytes memory text) internal pure {
        uint256 end = _value(text, 0);
        if (end != text.length) revert JsonMalformed(end);
    }

    function _value(bytes memory text, uint256 i) private pure returns (uint256) {
        bytes1 char = _at(text, i);
        if (char == "{") return _list(text, i, "}", true);
        if (char == "[") return _list(text, i, "]", false);
        if (char == '"') return _string(text, i);
        if (char == "t") return _word(text, i, "true");
        if (char == "f") return _word(text, i, "false");
        return _number(text, i);
    }

    function _list(bytes memory text, uint256 i, bytes1 close, bool isObject) private pure returns (uint256) {
        if (_at(text, ++i) == close) return i + 1;
        while (true) {
            if (isObject) {
                i = _string(text, i);
                if (_at(text, i++) != ":") revert JsonMalformed(i - 1);
            }
            i = _value(text, i);
            if (_at(text, i) == close) return i + 1;
            if (_at(text, i++) != ",") revert JsonMalformed(i - 1);
        }
        return i;
    }

    function _string(bytes memory text, uint256 i) private pure returns (uint256) {
        if (_at(text, i) != '"') revert JsonMalformed(i);
        while (_at(text, ++i) != '"') {
            if (text[i] < 0x20 || text[i] == "\\") revert JsonMalformed(i);
        }
        return i + 1;
    }

    function _word(bytes memory text, uint256 i, bytes memory word) private pure returns (uint256) {
        for (uint256 j = 0; j < word.length; ++j) {
            if (_at(text, i + j) != word[j]) revert JsonMalformed(i + j);
        }
        return i + word.length;
    }

    function _number(bytes memory text, uint256 i) private pure returns (uint256) {
        uint256 start = i;
        while (i < text.length && text[i] >= "0" && text[i] <= "9") ++i;
        if (i == start || (text[start] == "0" && i - start > 1)) revert JsonMalformed(start);
        return i;
    }

    function _at(bytes memory text, uint256 i) private pure returns (bytes1) {
        if (i >= text.length) revert JsonMalformed(i);
        return text[i];
    }

    /* SEARCH */

    /// @dev Where `part` begins in `text`, or the length of `text` when it is not there.
    function find(bytes memory text, bytes memory part) internal pure returns (uint256) {
        for (uint256 i = 0; i + part.length <= text.length; ++i) {
            uint256 same;
            while (same < part.length && text[i + same] == part[same]) ++same;
            if (same == part.length) return i;
        }
        return text.length;
    }

    function contains(bytes memory text, string memory part) internal pure returns (bool) {
        return find(text, bytes(part)) != text.length;
    }

    /// @dev What stands between the first `open` and the next quotation mark.
    function stringAfter(bytes memory text, string memory open) internal pure returns (bytes memory result) {
        uint256 start = find(text, bytes(open)) + bytes(open).length;
        uint256 end = start;
        while (_at(text, end) != '"') ++end;
        result = new bytes(end - start);
        for (uint256 i = 0; i < result.length; ++i) result[i] = text[start + i];
    }
}
