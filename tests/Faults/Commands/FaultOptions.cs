using System.CommandLine;

namespace Faults.Commands;

/// <summary>Options that several commands have.</summary>
internal static class FaultOptions
{
    /// <summary>Where runs keep what they have counted.</summary>
    internal static Option<string> Work() => new("--work")
    {
        Description = "Where runs keep what they have counted.", HelpName = "DIR",
        DefaultValueFactory = _ => Repository.At("tests", "Faults", "out"),
    };
}
