namespace EosMLNet.Tool.CommandLine;

/// <summary>What the process returns; <c>--help</c> prints the list.</summary>
internal static class ExitCodes
{
    internal const int Success = 0;
    /// <summary>The input, an option, the plan or the model is at fault: EOS1xxx, EOS3xxx, EOS4xxx.</summary>
    internal const int UserError = 1;
    /// <summary>A defect of EosMLNet or of what it builds on.</summary>
    internal const int Internal = 2;
    /// <summary>The machine is at fault: EOS2xxx.</summary>
    internal const int Environment = 3;
    /// <summary>Ctrl+C, as a shell reports it: 128 + SIGINT.</summary>
    internal const int Cancelled = 130;

    internal const string Help = """
        Exit codes:
          0    success
          1    error in the input: EOS1xxx, EOS3xxx, EOS4xxx
          2    internal error
          3    error in the environment: EOS2xxx
          130  cancelled
        """;

    internal static int Of(EosException e) => EosErrors.IsOfEnvironment(e.Code) ? Environment : UserError;
}
