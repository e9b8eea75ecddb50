namespace Gpu.Tests;

/// <summary>A test of scripts that are for Linux; elsewhere there is nothing to test.</summary>
internal sealed class LinuxTheoryAttribute : TheoryAttribute
{
    public LinuxTheoryAttribute() => Skip = OperatingSystem.IsLinux() ? null : "About scripts for Linux.";
}
