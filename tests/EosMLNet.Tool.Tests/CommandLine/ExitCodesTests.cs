using EosMLNet.Tool.CommandLine;

namespace EosMLNet.Tool.Tests.CommandLine;

public class ExitCodesTests
{
    [Theory]
    [InlineData(EosErrors.FileMissing, 1)]
    [InlineData(EosErrors.InvalidOption, 1)]
    [InlineData(EosErrors.InfeasibleBudget, 1)]
    [InlineData(EosErrors.PlanMismatch, 1)]
    [InlineData(EosErrors.LibTorch, 3)]
    [InlineData(EosErrors.Device, 3)]
    [InlineData(EosErrors.CannotWrite, 3)]
    public void The_code_decides_the_exit_code(string code, int exitCode) => Assert.Equal(exitCode, ExitCodes.Of(new EosException(code, "")));
}
