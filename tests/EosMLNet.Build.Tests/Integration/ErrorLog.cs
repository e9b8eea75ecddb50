using Microsoft.Build.Framework;

namespace EosMLNet.Build.Tests.Integration;

/// <summary>Keeps the errors of builds by an engine in this process.</summary>
internal sealed class ErrorLog : ILogger
{
    internal List<BuildErrorEventArgs> Errors { get; } = [];

    public LoggerVerbosity Verbosity { get; set; }
    public string? Parameters { get; set; }

    public void Initialize(IEventSource eventSource) => eventSource.ErrorRaised += (_, error) => Errors.Add(error);

    public void Shutdown()
    {
    }
}
