using System.CommandLine;

namespace Fuzz.Commands;

internal sealed class ReportCommand : Command
{
    internal ReportCommand()
        : base("report", "later")
    {
    }
}
