using System.CommandLine;
using EosMLNet.Tool.CommandLine;

namespace EosMLNet.Tool.Cluster;

/// <summary><c>eos cluster</c>: searches and tables of questions on many machines.</summary>
internal sealed class ClusterCommand : Command
{
    public ClusterCommand(EosConsole console)
        : base("cluster", "Searches and tables of questions on many machines, which share a folder and a Redis.")
    {
        Add(new SiloCommand(console));
        Add(new SubmitCommand(console));
        Add(new StatusCommand(console));
        Add(new CancelCommand(console));
    }
}
