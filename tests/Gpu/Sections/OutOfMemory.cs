namespace Gpu.Sections;

/// <summary>That memory ran out, which is said by name: it is a matter of the machine's size, not of what was measured.</summary>
internal static class OutOfMemory
{
    internal const string Name = "out of device memory";

    internal static bool Is(Exception e) => e is OutOfMemoryException || e.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase);
}
