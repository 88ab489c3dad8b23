import Readback
import Testing
