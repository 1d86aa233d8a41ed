-- What replay.sh records: a bit of everything that Lua programs do, some hundred
-- thousand calls of the interpreter's functions.

local function fib(n)
  if n < 2 then return n end
  return fib(n - 1) + fib(n - 2)
end

local function tree(depth)
  if depth == 0 then return {} end
  return { tree(depth - 1), tree(depth - 1) }
end

local function words(count)
  local seen = {}
  for number = 1, count do
    local word = string.format("%x", number * 7919 % 4096)
    seen[word] = (seen[word] or 0) + #word:gsub("%d", "-")
  end
  return seen
end

local function sorted(count)
  local list = {}
  for number = 1, count do
    list[number] = number * 7919 % 10007
  end
  table.sort(list, function(left, right) return left < right end)
  return list[1]
end

for _ = 1, 3 do
  print(fib(14), #tree(9), next(words(700)) ~= nil, sorted(500), ("x"):rep(99):find("y"))
  collectgarbage()
end
