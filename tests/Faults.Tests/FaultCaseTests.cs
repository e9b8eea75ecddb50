using Faults.Cases;

namespace Faults.Tests;

/// <summary>Some of the faults that <c>check</c> of <c>tests/Faults</c> tries: those that take a second or two. Mounts need root.</summary>
public class FaultCaseTests
{
    [Theory]
    [InlineData("disk full: `eos export`")]
    [InlineData("disk full: `eos inspect` to")]
    [InlineData("read-only disk: a build whose output and lock")]
    [InlineData("no permission: a build whose table")]
    [InlineData("closed pipe: `eos inspect`")]
    [InlineData("weights become shorter while")]
    [InlineData("the picture of a row")]
    [InlineData("the table ends within")]
    [InlineData(".NET may use")]
    public void A_fault_of_the_machine_is_told_and_nothing_is_lost(string words)
    {
        var result = FaultCases.With(words).First().Run();
        Assert.True(result.Holds != false, $"exit code {result.ExitCode}, {result.Happened}");
    }
}
