import Glibc

func systemMessage(_ code: Int32) -> String { String(cString: strerror(code)) }
