using System.Collections;
using Microsoft.Build.Framework;

namespace EosMLNet.Build.Tests.Tasks;

/// <summary>An engine that writes down what a task logs.</summary>
internal sealed class MockEngine : IBuildEngine3
{
    internal List<BuildErrorEventArgs> Errors { get; } = [];
    internal List<BuildWarningEventArgs> Warnings { get; } = [];
    internal List<(MessageImportance Importance, string Text)> Messages { get; } = [];

    /// <summary>Targets of the running project that the task has called.</summary>
    internal List<string> Called { get; } = [];

    public bool ContinueOnError => false;
    public int LineNumberOfTaskNode => 0;
    public int ColumnNumberOfTaskNode => 0;
    public string ProjectFileOfTaskNode => "mock.proj";
    public bool IsRunningMultipleNodes => false;

    public void LogErrorEvent(BuildErrorEventArgs e) => Errors.Add(e);
    public void LogWarningEvent(BuildWarningEventArgs e) => Warnings.Add(e);
    public void LogMessageEvent(BuildMessageEventArgs e) => Messages.Add((e.Importance, e.Message ?? ""));
    public void LogCustomEvent(CustomBuildEventArgs e)
    {
    }

    public void Yield()
    {
    }

    public void Reacquire()
    {
    }

    public bool BuildProjectFile(string? projectFileName, string[] targetNames, IDictionary? globalProperties, IDictionary? targetOutputs)
    {
        Assert.Null(projectFileName);
        Called.AddRange(targetNames);
        return true;
    }

    public bool BuildProjectFile(string projectFileName, string[] targetNames, IDictionary globalProperties, IDictionary targetOutputs, string toolsVersion) => throw new NotSupportedException();
    public bool BuildProjectFilesInParallel(string[] projectFileNames, string[] targetNames, IDictionary[] globalProperties, IDictionary[] targetOutputsPerProject, string[] toolsVersion, bool useResultsCache, bool unloadProjectsOnCompletion) => throw new NotSupportedException();
    public BuildEngineResult BuildProjectFilesInParallel(string[] projectFileNames, string[] targetNames, IDictionary[] globalProperties, IList<string>[] removeGlobalProperties, string[] toolsVersion, bool returnTargetOutputs) => throw new NotSupportedException();
}
