namespace Portal.Components.Shared;

/// <summary>The states that every object is shown in.</summary>
public enum Badge { Pending, Starting, Running, Stopping, Stopped, Succeeded, Failed, Attention }
