namespace EosMLNet.Tool.Tests;

/// <summary>A test of what Linux's loader does; elsewhere there is nothing to test.</summary>
internal sealed class LinuxTheoryAttribute : TheoryAttribute
{
    public LinuxTheoryAttribute() => Skip = OperatingSystem.IsLinux() ? null : "About Linux's loader.";
}
