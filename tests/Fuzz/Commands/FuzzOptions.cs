using System.CommandLine;
using Fuzz.Targets;

namespace Fuzz.Commands;

/// <summary>Options that several commands have.</summary>
internal static class FuzzOptions
{
    /// <summary>Where campaigns keep what they find.</summary>
    internal static Option<string> Work() => new("--work")
    {
        Description = "Where campaigns keep their inputs and findings.", HelpName = "DIR",
        DefaultValueFactory = _ => Repository.At("tests", "Fuzz", "out"),
    };

    /// <summary>One target by name.</summary>
    internal static Option<FuzzTarget> Target() => NamedOption.One("--target", "The reader", FuzzTargets.All, target => target.Name);
}
