-- Sends a mail to a milter and says what becomes of it.
local connection = mt.connect("inet:" .. port .. "@127.0.0.1", 40, 0.25)
if connection == nil then
    print("error: no connection")
    return
end
mt.set_timeout(17)
mt.conninfo(connection, "localhost", "127.0.0.1")
mt.helo(connection, "localhost")
mt.mailfrom(connection, "<sender@example.org>")
mt.rcptto(connection, "<someone@example.org>")
local file = io.open(mail, "rb")
local text = file:read("*a")
file:close()
local head, body = text:match("^(.-)\r\n\r\n(.*)$")
for name, value in head:gmatch("([%w-]+): ([^\r\n]*)") do
    mt.header(connection, name, value)
end
mt.eoh(connection)
for at = 1, #body, 60000 do
    mt.bodystring(connection, body:sub(at, at + 59999))
end
if mt.eom(connection) ~= nil then
    print("error: no answer")
    return
end
local reply = mt.getreply(connection)
local words = { [SMFIR_ACCEPT] = "accepted", [SMFIR_CONTINUE] = "accepted", [SMFIR_REJECT] = "rejected",
    [SMFIR_TEMPFAIL] = "deferred", [SMFIR_DISCARD] = "rejected", [SMFIR_REPLYCODE] = "code" }
local word = words[reply] or "unknown"
if word == "code" then
    if mt.eom_check(connection, MT_SMTPREPLY, "554") or mt.eom_check(connection, MT_SMTPREPLY, "550") then
        word = "rejected by code"
    else
        word = "deferred by code"
    end
end
print(word)
mt.disconnect(connection)
